/** YAML as users write it, read so that every mistake has a file, a line and a suggestion. */
package millrace.schemas.yaml;

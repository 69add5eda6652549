/** Where the live row of each key of a table stands. */
package millrace.statestores.index;

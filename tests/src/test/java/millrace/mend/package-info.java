/** A model was wrong: its history is replayed, compared, published and taken back while records come in. */
package millrace.mend;

/** The values of a row, bound to the fields of a contract. */
package millrace.schemas.row;

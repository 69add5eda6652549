/** The promise: what a table contains is the same whether its rows came live or by replay. */
package millrace.replay;

/** How RocksDB is set up under the stores of a process. */
package millrace.statestores.rocksdb;

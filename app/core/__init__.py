"""The machine's parts that know no noun of the domain: columns, fields, documents, queries, cursors, search."""

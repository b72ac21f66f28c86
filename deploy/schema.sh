#!/bin/sh
# Temporal's own schema on PostgreSQL, brought to the version of the server. Runs before the server starts; run again
# it changes only what an upgrade needs. Takes SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD, which temporal-sql-tool reads.
set -eu

TOOL=${TEMPORAL_SQL_TOOL:-temporal-sql-tool}
export SQL_PLUGIN=postgres12_pgx

schema() {
  database=$1
  name=$2
  # The tool connects to the database that it is told to make something in: the server's own is always there.
  "$TOOL" --db "$database" create-database --defaultdb postgres
  # Where there is a newer version already, this one only looks.
  "$TOOL" --db "$database" setup-schema --version 0.0
  "$TOOL" --db "$database" update-schema --schema-name "$name"
}

schema "${TEMPORAL_DB:-temporal}" postgresql/v12/temporal
schema "${TEMPORAL_VISIBILITY_DB:-temporal_visibility}" postgresql/v12/visibility

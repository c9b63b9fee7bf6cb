#!/bin/sh
# Brings Temporal's two databases to the form of this server version. Safe to repeat: versions that
# are there are skipped. Host, user, plugin and password come from the environment (SQL_…).
set -eu

for pair in temporal:temporal temporal_visibility:visibility; do
  database="${pair%%:*}"
  versions="/etc/temporal/schema/postgresql/v12/${pair##*:}/versioned"
  echo "Temporal's database ${database}: bringing it up to date."
  temporal-sql-tool --database "${database}" setup-schema --version 0.0
  temporal-sql-tool --database "${database}" update-schema --schema-dir "${versions}"
done

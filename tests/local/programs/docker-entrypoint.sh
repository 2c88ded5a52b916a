#!/bin/sh
# What PostgreSQL's image does before it starts the server: a cluster with the user, the password and the database.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  umask 0077
  mkdir -p "$PGDATA"
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  initdb --pgdata "$PGDATA" --username "${POSTGRES_USER:-postgres}" --pwfile /tmp/password --auth scram-sha-256 --no-sync > /dev/null
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  if [ "${POSTGRES_DB:-postgres}" != postgres ]; then
    echo "create database \"$POSTGRES_DB\"" | postgres --single -j -D "$PGDATA" postgres > /dev/null
  fi
fi
exec "$@" -c listen_addresses='*' -c unix_socket_directories=/tmp -c fsync=off

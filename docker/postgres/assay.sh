#!/bin/sh
# Run once by the PostgreSQL image: Assay's role owns its database and is no superuser.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --set password="$ASSAY_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE assay LOGIN PASSWORD :'password';
CREATE DATABASE assay OWNER assay;
REVOKE ALL ON DATABASE assay FROM PUBLIC;
SQL

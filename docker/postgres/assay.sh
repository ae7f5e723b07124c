#!/bin/sh
# Run once by the PostgreSQL image: one role owns the tables, another signs in to use them; neither
# is a superuser.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --set password="$ASSAY_DATABASE_PASSWORD" \
    --set service="$ASSAY_SERVICE_PASSWORD" <<'SQL'
CREATE ROLE assay LOGIN PASSWORD :'password';
CREATE ROLE assay_service LOGIN PASSWORD :'service';
CREATE DATABASE assay OWNER assay;
REVOKE ALL ON DATABASE assay FROM PUBLIC;
GRANT CONNECT ON DATABASE assay TO assay_service;
SQL

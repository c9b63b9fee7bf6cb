-- Runs once, as the owner, when the cluster is new: one role and its database for Rightnow, another
-- role with two databases for Temporal. Neither is a superuser and neither can enter the other's.
-- Passwords come from the environment, so they stand in no file and in no list of processes.
\set ON_ERROR_STOP on
\getenv app_password APP_DB_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

SET password_encryption = 'scram-sha-256';
CREATE ROLE rightnow LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE ROLE temporal LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'temporal_password';

CREATE DATABASE rightnow OWNER rightnow;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE rightnow, temporal, temporal_visibility, postgres FROM PUBLIC;

\connect rightnow
-- `vector` is not a trusted extension: only a superuser can make it.
CREATE EXTENSION IF NOT EXISTS vector;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

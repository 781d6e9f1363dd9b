-- The database's two roles. Run once, as a superuser, connected to the alliance's database, after
--   CREATE ROLE alliance_owner LOGIN PASSWORD '...';  CREATE ROLE alliance_app LOGIN PASSWORD '...';
--   CREATE DATABASE alliance OWNER alliance_owner ENCODING 'UTF8' TEMPLATE template0;
-- alliance_owner owns the tables and runs `manage.py migrate`; alliance_app is what web, worker and beat are: it reads
-- and writes rows and cannot change a table. Stricter rules for the audit's tables come by migration.
ALTER SCHEMA public OWNER TO alliance_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO alliance_app;
ALTER DEFAULT PRIVILEGES FOR ROLE alliance_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO alliance_app;
ALTER DEFAULT PRIVILEGES FOR ROLE alliance_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO alliance_app;
DO $$
BEGIN
  -- TEMPORARY: batches are copied into a temporary table before they are merged.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO alliance_app', current_database());
END
$$;

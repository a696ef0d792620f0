# Runs once, when the database server is made: for each service a role that owns one schema, closed to the others.
# Passwords are read by psql itself: they stand on no command line and in no environment.
(
    set -euo pipefail
    psql --set ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
    for service in scheduler coordinator ingest notifier; do
        psql --set ON_ERROR_STOP=1 --set service="$service" --set role="headgate_$service" --quiet \
            --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<SQL
\set password \`cat /run/secrets/postgres_${service}_password\`
CREATE ROLE :"role" LOGIN PASSWORD :'password';
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO :"role";
CREATE SCHEMA :"service" AUTHORIZATION :"role";
SQL
    done
    # The password that the server was made with opens nothing from here on.
    psql --set ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set password `cat /run/secrets/postgres_admin_password`
ALTER ROLE CURRENT_USER PASSWORD :'password';
SQL
)

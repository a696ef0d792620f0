-- 80,000 contacts, of the same content in any run: with -v at=source the table that records come from, with -v at=destination the one that
-- runs of the months before have filled, where people keep notes of their own.
\set ON_ERROR_STOP on
SELECT :'at' = 'source' AS is_source \gset

BEGIN;
CREATE TEMPORARY VIEW contact AS
SELECT n AS id, 'Name ' || n AS name, 'person' || n || '@company' || n % 500 || '.example' AS email,
       'company' || n % 500 || '.example' AS company_domain, '+49 30 ' || 1000000 + n AS phone
FROM generate_series(1, 80000) n;

\if :is_source
    CREATE TABLE public.contacts (
        id int PRIMARY KEY, name text NOT NULL, email text NOT NULL, company_domain text NOT NULL, phone text,
        updated_at timestamptz NOT NULL DEFAULT now() - interval '1 day');
    INSERT INTO public.contacts (id, name, email, company_domain, phone) SELECT * FROM contact;
\else
    CREATE TABLE public.contacts (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL, phone text, note text);
    INSERT INTO public.contacts (id, name, email, phone) SELECT id, name, email, phone FROM contact;
\endif
COMMIT;
VACUUM ANALYZE public.contacts;

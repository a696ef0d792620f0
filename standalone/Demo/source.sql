create type order_status as enum ('draft', 'placed', 'paid', 'shipped', 'returned');

create table contacts (
    id bigint primary key,
    external_id uuid not null,
    first_name text not null,
    last_name text not null,
    email text not null,
    phone text,
    company text,
    company_domain text,
    city text,
    country char(2) not null,
    lead_score numeric(6, 2),
    tags text[] not null default '{}',
    attributes jsonb not null default '{}',
    marketing_consent boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table orders (
    order_no bigint not null,
    line int not null,
    contact_id bigint not null,
    status order_status not null,
    currency char(3) not null,
    total numeric(12, 2) not null,
    discount numeric(5, 4),
    items jsonb not null,
    note text,
    delivery_window tstzrange,
    placed_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (order_no, line)
);

select setseed(0.42);

insert into contacts
select n, md5('contact' || n)::uuid,
       (array['Ada', 'Grace', 'Linus', 'Barbara', 'Dennis', 'Margaret', 'Ken', 'Radia', 'Edsger', 'Frances'])[1 + n % 10],
       (array['Meyer', 'Okafor', 'Silva', 'Novak', 'Ivanova', 'Tanaka', 'Rossi', 'Dubois', 'Jensen', 'Kaya', 'Haddad'])[1 + n % 11],
       'person' || n || '@' || 'company' || n % 4000 || '.example',
       case when n % 7 = 0 then null else '+49 30 ' || lpad((n * 7919 % 10000000)::text, 7, '0') end,
       'Company ' || n % 4000, 'company' || n % 4000 || '.example',
       (array['Berlin', 'Lagos', 'São Paulo', 'Praha', 'Tōkyō', 'Milano', 'Århus', 'İzmir'])[1 + n % 8],
       (array['DE', 'NG', 'BR', 'CZ', 'JP', 'IT', 'DK', 'TR'])[1 + n % 8],
       case when n % 13 = 0 then null else round((random() * 1000)::numeric, 2) end,
       case n % 3 when 0 then '{}' when 1 then '{newsletter}' else '{newsletter,"key account"}' end::text[],
       jsonb_build_object('source', (array['web', 'fair', 'referral'])[1 + n % 3], 'visits', n % 50),
       n % 4 <> 0, now() - (n % 900) * interval '1 day', now() - (n % 300) * interval '1 hour' - interval '1 hour'
from generate_series(1, 80000) n;

insert into orders
select n, 1 + n % 3, 1 + (n * 31) % 80000,
       (array['draft', 'placed', 'paid', 'shipped', 'returned'])[1 + n % 5]::order_status,
       (array['EUR', 'USD', 'JPY'])[1 + n % 3], round((5 + random() * 995)::numeric, 2),
       case when n % 10 = 0 then round(random()::numeric, 4) end,
       jsonb_build_array(jsonb_build_object('sku', 'SKU-' || n % 5000, 'quantity', 1 + n % 4)),
       case when n % 20 = 0 then 'Please ring twice; "quoted", and a tab	in it' end,
       case when n % 4 = 0 then tstzrange(now() + (n % 10) * interval '1 day', now() + (n % 10 + 1) * interval '1 day') end,
       now() - (n % 700) * interval '1 day', now() - (n % 400) * interval '1 hour' - interval '1 hour'
from generate_series(1, 250000) n;

analyze contacts, orders;

create table coordinator.api_key (
    key_id uuid primary key,
    prefix text not null unique,
    hash bytea not null check (length(hash) = 32),
    -- Of the pepper it was hashed with: tells a key that came with another one from a wrong one.
    pepper_mark text not null,
    name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$' and name <> 'headgate'),
    role text not null check (role in ('Viewer', 'Operator', 'Admin')),
    -- Null: all projects.
    project text,
    created_at timestamptz not null default now(),
    created_by text not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by text,
    constraint all_projects_with_admin check (project is not null or role = 'Admin'),
    constraint revoked_by_somebody check ((revoked_at is null) = (revoked_by is null))
);
create index api_key_by_name on coordinator.api_key (name, key_id);

-- One row that moves with every change of who may call: looking at it tells whether the keys that are kept in memory are still those.
create table coordinator.api_key_revision (
    only_one boolean primary key default true check (only_one),
    revision bigint not null
);
insert into coordinator.api_key_revision (revision) values (1);

create function coordinator.count_api_key_revision() returns trigger language plpgsql as $$
begin
    update coordinator.api_key_revision set revision = revision + 1;
    return null;
end $$;
create trigger api_key_changed after insert or delete or update of hash, role, project, expires_at, revoked_at on coordinator.api_key
    for each statement execute function coordinator.count_api_key_revision();

-- What was asked for and what became of it: a row BEGUN before a command is executed, and one with its outcome before it is answered.
create table coordinator.audit (
    audit_id bigint generated always as identity primary key,
    call_id uuid not null,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    key_id uuid,
    method text not null,
    project text,
    subject text,
    reason text,
    outcome text not null,
    sentence text
);
create index audit_at on coordinator.audit (at);
create index audit_of_call on coordinator.audit (call_id);

create function coordinator.refuse_to_change_audit() returns trigger language plpgsql as $$
begin
    raise exception 'coordinator.audit is only added to' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_is_only_added_to before update or delete or truncate on coordinator.audit
    for each statement execute function coordinator.refuse_to_change_audit();

-- What was answered to calls that a caller may repeat; refused_with is the status of a call that was refused.
create table coordinator.idempotent_call (
    caller text not null,
    method text not null,
    idempotency_key text not null,
    request_hash bytea not null,
    response bytea,
    refused_with bytea,
    at timestamptz not null default now(),
    primary key (caller, method, idempotency_key)
);
create index idempotent_call_at on coordinator.idempotent_call (at);

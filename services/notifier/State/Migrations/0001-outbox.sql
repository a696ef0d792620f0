-- What is to be told: one row for each notice and channel, kept after it was sent, since an event may be delivered again at any time.
create table notifier.outbox (
    outbox_id bigint generated always as identity primary key,
    -- The message id of the event, and what it is about whatever its id: neither comes twice.
    notice_id uuid not null,
    notice_key text not null,
    channel text not null check (channel in ('Mail', 'Webhook')),
    job_id uuid not null,
    kind text not null,
    -- An address, or the reference to a URL, which is resolved when it is called.
    target text not null,
    -- A mail's Message-ID, the same for every try.
    message_id text not null,
    notice jsonb not null,
    state text not null default 'Waiting' check (state in ('Waiting', 'Sent', 'GivenUp')),
    tries int not null default 0,
    not_before timestamptz not null default now(),
    last_error text,
    created_at timestamptz not null default now(),
    settled_at timestamptz,
    unique (notice_id, channel),
    unique (notice_key, channel),
    check ((settled_at is null) = (state = 'Waiting'))
);
create index outbox_waiting on notifier.outbox (channel, not_before, outbox_id) where state = 'Waiting';
create index outbox_of_job on notifier.outbox (job_id);

create function notifier.tell_outbox() returns trigger language plpgsql as $$
begin
    notify headgate_outbox;
    return null;
end $$;
create trigger outbox_told after insert on notifier.outbox
    for each statement execute function notifier.tell_outbox();

-- A release is done once a worker says so: one that the broker lost would leave staged records behind for good.
alter table coordinator.obligation add answered_at timestamptz;

create index release_unanswered on coordinator.obligation (done_at)
    where answered_at is null and message = 'Headgate.Contracts.Jobs.ReleaseJob';

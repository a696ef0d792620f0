-- A release is done once a worker says so: one that the broker lost would leave staged records behind for good.
alter table coordinator.obligation add answered_at timestamptz;

-- Those that were sent before anybody answered are taken as done.
update coordinator.obligation set answered_at = done_at where message = 'Headgate.Contracts.Jobs.ReleaseJob';

create index release_unanswered on coordinator.obligation (done_at)
    where answered_at is null and message = 'Headgate.Contracts.Jobs.ReleaseJob';

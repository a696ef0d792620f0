-- What is done only once somebody has answered it: a release by a worker, and an event that somebody wants to be told of by the notifier.
-- One that the broker lost would leave staged records behind for good, or somebody untold.
alter table coordinator.obligation add awaits_answer boolean not null generated always as (
    message = 'Headgate.Contracts.Jobs.ReleaseJob'
    or message in (
        'Headgate.Contracts.Jobs.ExtractionCanceled', 'Headgate.Contracts.Jobs.JobFailed',
        'Headgate.Contracts.Jobs.JobDeadlinePassed', 'Headgate.Contracts.Jobs.StopUnconfirmed')
        and coalesce(body -> 'notify' ->> 'email', body -> 'notify' ->> 'webhook') is not null) stored;

drop index coordinator.release_unanswered;
create index obligation_unanswered on coordinator.obligation (done_at) where answered_at is null and awaits_answer;

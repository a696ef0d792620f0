-- Why a command was refused, for programs: a command that comes again is answered with it again.
alter table coordinator.job_command add column rule text;

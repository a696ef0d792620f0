#!/usr/bin/env bash
# A wrong mapping has overwritten the emails of some thousand contacts. Minutes later it is as if it had not happened.
#   export HEADGATE_SERVER=http://127.0.0.1:PORT HEADGATE_KEY_FILE=.headgate/key SOURCE="dbname=..." DESTINATION="dbname=..."
#   examples/recovery/run.sh
# SOURCE and DESTINATION are for psql: two empty databases. The services find the same ones as CRM_SOURCE and CRM_DESTINATION in their
# environment. Needs psql, jq and the command `headgate` (or what HEADGATE names).
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
for name in HEADGATE_SERVER SOURCE DESTINATION; do
    [[ -n "${!name:-}" ]] || { echo "$name is not set: see the head of $0" >&2; exit 2; }
done
headgate() { "${HEADGATE:-headgate}" "$@"; }
source_sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$SOURCE" "$@"; }
destination_sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$DESTINATION" "$@"; }
say() { printf '\n== %s\n' "$*"; }
fail() { printf 'not as it should be: %s\n' "$*" >&2; exit 1; }

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# One value of a job as JSON has it.
job_has() { headgate jobs show "$1" --output json | jq -r ".job.$2 // 0"; }

# The job that a command starts.
job_of() {
    local answer
    answer="$(headgate "$@" --output json)" || fail "headgate $*: $answer"
    jq -r .job.id <<< "$answer"
}

# Watches the job until the condition is true of it, of which jq knows; one that has failed does not go on.
until_job() {
    local message
    while read -r message; do
        if jq -e ".job | $2" <<< "$message" > "$work/is"; then
            kill "$!" 2> "$work/left" || true
            return
        fi
        jq -e '.job.state == "JOB_STATE_FAILED"' <<< "$message" > "$work/is" && fail "job $1 has failed"
    done < <(exec "${HEADGATE:-headgate}" watch "$1" --output json)
    fail "job $1 is $(job_has "$1" state), and not as it should be: $2"
}

until_state() { until_job "$1" ".state == \"$2\""; }

say "80,000 contacts at both sides"
source_sql -v at=source -f "$here/contacts.sql"
destination_sql -v at=destination -f "$here/contacts.sql"

say "A file whose mapping is wrong: email comes from company_domain"
headgate apply -f "$here/wrong.yaml"
job="$(job_of sync crm/contacts --yes)"
until_job "$job" '(.counts.written // 0 | tonumber) > 8400'

say "It is canceled in mid-flight, and the schedule with it"
headgate cancel "$job" --yes --pause-schedule --reason "wrong mapping"
until_state "$job" JOB_STATE_CANCELED
headgate recover "$job"

say "What it has changed"
headgate changes "$job" --export "$work/touched.csv"
touched="$(destination_sql -c "select count(*) from headgate.changes where job_id = '$job'")"
[[ "$(($(wc -l < "$work/touched.csv") - 1))" == "$touched" ]] || fail "the list has not the $touched changed fields of the log"
head -n 3 "$work/touched.csv"

say "How it stands to the source, through the mended mapping"
headgate diff "$job" -f "$here/right.yaml" --output json | jq -c 'select(.summary).summary' | tee "$work/summary"
[[ "$(jq -r '.different // 0' "$work/summary")" == "$touched" ]] || fail "not all of the $touched records differ"

say "Meanwhile people have put their hands to five of them"
mapfile -t ids < <(destination_sql -c "select key[1] from headgate.changes where job_id = '$job' order by key[1]::int limit 5")
destination_sql <<SQL
update public.contacts set email = 'by-hand-1@example.com' where id = ${ids[0]};
update public.contacts set email = 'by-hand-2@example.com' where id = ${ids[1]};
update public.contacts set note = 'called on Monday' where id = ${ids[2]};
delete from public.contacts where id = ${ids[3]};
begin; delete from public.contacts where id = ${ids[4]};
insert into public.contacts (id, name, email) values (${ids[4]}, 'Somebody else', 'else@example.com'); commit;
SQL

say "The field is put back; what was changed by hand is left, and reported"
headgate rollback "$job" --field email --yes --reason "wrong mapping" --output json | tee "$work/rollback" | jq -r .sentence
rollback="$(jq -r .job.id "$work/rollback")"
until_state "$rollback" JOB_STATE_COMPLETED
headgate rejected "$rollback"
[[ "$(job_has "$rollback" counts.updated)" == "$((touched - 4))" ]] || fail "not all but four rows were put back"
[[ "$(job_has "$rollback" counts.rejected)" == 4 ]] || fail "not four rows were left"
[[ "$(destination_sql -c "select email from public.contacts where id = ${ids[0]}")" == by-hand-1@example.com ]] || fail "somebody's change was written over"

say "What the mended file would write, before it is applied"
dry="$(job_of dry-run -f "$here/right.yaml" --sample-size 1000)"
until_state "$dry" JOB_STATE_COMPLETED
headgate jobs show "$dry"

say "It is applied, and the records are moved again"
headgate apply -f "$here/right.yaml"
replay="$(job_of replay "$job" --yes)"
until_state "$replay" JOB_STATE_COMPLETED

say "A dry run of all records: nothing is left to be changed"
all="$(job_of dry-run crm/contacts --all)"
until_state "$all" JOB_STATE_COMPLETED
headgate jobs show "$all" --output json | jq -e '.job.dryRun.objects[0] | (.unchanged | tonumber) == 80000 and (.compared == .unchanged)' > "$work/equal" ||
    fail "a run would still change something"
image="select md5(string_agg(concat_ws('|', id, name, email, phone), E'\n' order by id)) from public.contacts"
[[ "$(source_sql -c "$image")" == "$(destination_sql -c "$image")" ]] || fail "the destination is not what the source is"
[[ "$(destination_sql -c "select note from public.contacts where id = ${ids[2]}")" == "called on Monday" ]] || fail "a note is gone"

say "The schedule goes on, and every step is done"
headgate schedule resume crm/contacts
headgate recover "$job"
headgate recover "$job" --output json | jq -e 'all(.steps[]; .state == "RECOVERY_STEP_STATE_DONE")' > "$work/done" || fail "a step is left"

say "The next time the guard stops the mistake before its first row"
sed 's/email: email/email: company_domain/' "$here/right.yaml" > "$work/again.yaml"
headgate apply -f "$work/again.yaml"
again="$(job_of sync crm/contacts --yes --confirm-full-load)"
until_state "$again" JOB_STATE_PAUSED
headgate jobs show "$again"
[[ "$(job_has "$again" counts.written)" == 0 ]] || fail "something was written"
headgate cancel "$again" --yes --reason "the wrong mapping again"
until_state "$again" JOB_STATE_CANCELED
[[ "$(source_sql -c "$image")" == "$(destination_sql -c "$image")" ]] || fail "the destination is not what it was"
headgate apply -f "$here/right.yaml"

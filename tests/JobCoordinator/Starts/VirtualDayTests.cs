using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Starts;
using Headgate.Scheduler.Schedules;
using Headgate.Schedules;

namespace Headgate.JobCoordinator.Tests.Starts;

/// <summary>A day of schedules.</summary>
public sealed class VirtualDayTests
{
    const int Pipelines = 1_000;
    static readonly DateTimeOffset Start = VirtualDay.Start;
    static readonly DateTimeOffset End = Start.AddDays(1);
    static readonly (DateTimeOffset From, DateTimeOffset To) Off = (Start.AddHours(8).AddMinutes(2), Start.AddHours(13).AddMinutes(2));

    // What is in each ten pipelines. The day is that on which clocks in Berlin jump ahead.
    static readonly string[] Schedules =
    [
        """{"every": "04:00:00"}""",
        """{"every": "06:00:00", "jitter": "00:02:00"}""",
        """{"cron": "0 */6 * * *", "misfire": "Skip"}""",
        """{"cron": "30 2 * * *", "timezone": "Europe/Berlin"}""",
        """{"cron": "0 3,15 * * *", "jitter": "00:00:10", "misfire": "Skip"}""",
        """{"cron": "*/45 6-8 * * *", "timezone": "Europe/Berlin"}""",
        """{"every": "03:07:00", "misfire": "Skip"}""",
        """{"cron": "0 0 13 * SUN"}""",
        """{"cron": "0 */4 * * *", "jitter": "00:05:00"}""",
        """{"every": "05:00:00"}""",
    ];

    [Fact]
    public async Task Every_run_that_is_due_in_a_day_of_a_thousand_pipelines_happens_once_or_has_a_reason()
    {
        await using var day = await VirtualDay.BeginAsync();
        await ApplyAsync(day);
        await day.TellAsync();
        var random = new Random(20260329);
        var (isAway, deaths) = (0, 0);
        for (var step = 1; step <= 24 * 12; step++)
        {
            day.Now = Start.AddMinutes(5 * step);
            if (day.Now == Start.AddHours(8).AddMinutes(5)) await SwitchAsync(day, paused: true, Off.From);
            if (day.Now == Start.AddHours(13).AddMinutes(5)) await SwitchAsync(day, paused: false, Off.To);
            if (step % 6 == 0) await EndSomeJobsAsync(day, step);
            // Nobody looks, for up to two hours.
            if (isAway == 0 && random.Next(48) == 0) isAway = random.Next(2, 24);
            if (isAway > 0 && --isAway > 0 && step < 24 * 12) continue;
            // The one that looks dies at once or in the middle, and another one begins.
            if (random.Next(3) == 0 && await DueAsync(day) is > 0 and var due && ++deaths > 0) await day.DieAsync(random.Next(1, due + 1));
            await day.LookAsync();
        }

        Assert.InRange(deaths, 5, 100);
        await AccountAsync(day);
    }

    [Fact]
    public async Task What_the_broker_has_lost_after_it_confirmed_it_is_sent_again()
    {
        await using var day = await VirtualDay.BeginAsync();
        await ApplyAsync(day);
        await day.TellAsync();
        // Nobody has looked for hours, so that there are records of missed runs too.
        day.Now = Start.AddHours(13).AddMinutes(1);
        day.Lanes.Lose(200);
        await day.LookAsync();
        var sent = await IdsAsync(day, "");
        Assert.Equal(200, sent.Count - await KnownAsync(day, sent));
        // The coordinator may have very many before it: not before its time.
        Assert.Equal(0, await day.Answers.AskAsync(default));

        // Those that the coordinator knows are forgotten here, the others are sent once more.
        day.Now = day.Now.AddMinutes(6);
        while (await day.Answers.AskAsync(default) > 0) { }
        Assert.Equal(200, (await IdsAsync(day, "where tries = 2")).Count);
        await Eventually.HoldsAsync(async () => await KnownAsync(day, sent) == sent.Count);
        day.Now = day.Now.AddMinutes(20);
        while (await day.Answers.AskAsync(default) > 0) { }

        Assert.Empty(await IdsAsync(day, ""));
    }

    [Fact]
    public async Task Scheduler_that_has_forgotten_everything_takes_nothing_for_missed()
    {
        await using var day = await VirtualDay.BeginAsync();
        await ApplyAsync(day);
        await day.TellAsync();
        day.Now = Start.AddHours(12).AddMinutes(1);
        await day.LookAsync();
        await day.LookAsync();
        var sent = day.Lanes.Sent;
        Assert.InRange(sent, 100, int.MaxValue);

        await day.ExecuteAsync("truncate scheduler.start_rule, scheduler.due_run cascade");
        await day.TellAsync();
        await day.LookAsync();

        Assert.Equal(sent, day.Lanes.Sent);
    }

    static Task<List<Guid>> IdsAsync(VirtualDay day, string which) => day.ListAsync($"select run_id from scheduler.due_run {which}", row => row.GetGuid(0));

    static async Task<int> KnownAsync(VirtualDay day, IEnumerable<Guid> runs) => (await day.ListAsync(
        $$"""
          select r from unnest('{ {{string.Join(", ", runs)}} }'::uuid[]) r
          where r in (select job_id from coordinator.obligation where job_id is not null) or r in (select run_id from coordinator.skipped_run)
          """,
        row => row.GetGuid(0))).Count;

    static Task ApplyAsync(VirtualDay day) => day.ExecuteAsync(
        $$"""
          with made as (
              insert into coordinator.pipeline (pipeline_id, project, name, version, state, schedule_since, schedule_anchor)
              select md5('day' || n)::uuid, 'day', 'p' || n, 1, case when n % 25 = 3 then 'Paused' else 'Enabled' end, '{{Start:O}}', '{{Start:O}}'
              from generate_series(0, {{Pipelines - 1}}) n returning pipeline_id, name)
          insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
          select pipeline_id, 1, jsonb_build_object('maxFailures', 3, 'objects', '[]'::jsonb, 'triggers', '[]'::jsonb, 'schedule',
              (array[{{string.Join(", ", Schedules.Select(schedule => $"'{schedule}'::jsonb"))}}])[substr(name, 2)::int % {{Schedules.Length}} + 1]), 'test' from made
          """);

    static async Task SwitchAsync(VirtualDay day, bool paused, DateTimeOffset at)
    {
        await day.ExecuteAsync(
            $"""
             update coordinator.pipeline set schedule_paused = {paused}, schedule_since = '{at:O}', start_revision = start_revision + 1
             where {IsSwitched}
             """);
        await day.TellAsync();
    }

    const string IsSwitched = "substr(name, 2)::int % 20 in (8, 11)";

    // A job that is claimed is active for as long as nothing says otherwise.
    static Task EndSomeJobsAsync(VirtualDay day, int step) => day.ExecuteAsync(
        $"update coordinator.pipeline set current_job_id = null where hashtext(name || {step}) % 3 <> 0");

    static async Task<int> DueAsync(VirtualDay day) =>
        (int)(await day.ListAsync($"select count(*) from scheduler.start_rule where next_fire <= '{day.Now:O}'", row => row.GetInt64(0)))[0];

    static async Task AccountAsync(VirtualDay day)
    {
        var started = await day.ListAsync(
            "select (body ->> 'jobId')::uuid from coordinator.obligation where message like '%.AcceptJob'", row => row.GetGuid(0));
        var skipped = await day.ListAsync("select run_id from coordinator.skipped_run where runs = 1 and rule is not null", row => row.GetGuid(0));
        var missed = await day.ListAsync(
            "select pipeline_id, runs, first_due, last_due from coordinator.skipped_run where rule is null",
            row => (Pipeline: row.GetGuid(0), Runs: row.GetInt32(1), First: row.GetFieldValue<DateTimeOffset>(2), Last: row.GetFieldValue<DateTimeOffset>(3)));
        Assert.Equal(started.Count, started.Distinct().Count());
        var (jobs, skips, spans) = (started.ToHashSet(), skipped.ToHashSet(), missed.ToLookup(row => row.Pipeline));
        var (due, inSpans) = (0, 0);
        foreach (var (pipeline, dues) in await ExpectedAsync(day))
        {
            foreach (var time in dues)
            {
                var id = RunIds.OfRun(pipeline, time);
                var covers = spans[pipeline].Count(span => span.First <= time && time <= span.Last);
                var becameOf = (jobs.Contains(id) ? 1 : 0) + (skips.Contains(id) ? 1 : 0) + covers;
                Assert.True(becameOf == 1, $"the run of {pipeline} of {time:u} was started or recorded {becameOf} times");
                due++;
                inSpans += covers;
            }
        }

        Assert.Equal(inSpans, missed.Sum(row => row.Runs));
        Assert.Equal(due, jobs.Count + skips.Count + inSpans);
        // The day had all of it in it.
        Assert.All([jobs.Count, skips.Count, inSpans], count => Assert.InRange(count, 100, due));
    }

    // By the same schedules, told all at once. What came due between a moment and the end is a look of five minutes later.
    static async Task<List<(Guid Pipeline, List<DateTimeOffset> Dues)>> ExpectedAsync(VirtualDay day)
    {
        var pipelines = await day.ListAsync(
            $"""
             select p.pipeline_id, v.schedule::text, {IsSwitched} from coordinator.pipeline p join coordinator.pipeline_version v using (pipeline_id)
             """,
            row => (Id: row.GetGuid(0), Schedule: NextRuns.Schedule(row.GetString(1))!, IsSwitched: row.GetBoolean(2)));
        return [.. pipelines.Select(pipeline => (pipeline.Id, Of(pipeline.Id, pipeline.Schedule, pipeline.IsSwitched)))];

        static List<DateTimeOffset> Of(Guid id, ScheduleDefinition schedule, bool isSwitched)
        {
            var dues = DueTimes.Of(schedule, Start);
            return
            [
                .. dues.Between(Start, End)
                    .Where(due => !isSwitched || due <= Off.From || due > Off.To)
                    .Where(due => due + Jitter.Of(id, due, schedule.Jitter, dues.After(due)) <= End),
            ];
        }
    }
}

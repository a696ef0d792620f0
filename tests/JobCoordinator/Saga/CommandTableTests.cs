using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Calls.Commanding;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>The table of commands, cell by cell: what each state answers to each command, and where the job goes.</summary>
[Collection(nameof(SagaCollection))]
public sealed class CommandTableTests(SagaBench bench)
{
    const string Table =
        """
        state        | pause              | resume               | cancel             | cancel pause-first | cancel force       | restart               | discard            | abandon            | rate
        Pending      | Accepted Paused    | Refused              | Accepted Canceled  | Accepted Canceled  | Accepted Canceled  | Refused               | Accepted Discarded | Refused            | Accepted Pending
        Initializing | Accepted Pausing   | Refused              | Accepted Canceling | Accepted Canceling | Accepted Canceling | Refused               | Accepted Canceling | Refused            | Accepted Initializing
        Processing   | Accepted Pausing   | Refused              | Refused            | Accepted Pausing   | Accepted Canceling | Refused               | Accepted Canceling | Refused            | Accepted Processing
        Collecting   | Accepted Paused    | Refused              | Refused            | Accepted Pausing   | Accepted Canceling | Refused               | Accepted Canceling | Refused            | Refused
        Pausing      | AlreadySo          | Refused              | Accepted Pausing   | Accepted Pausing   | Accepted Canceling | Refused               | Refused            | Refused            | Accepted Pausing
        Paused       | AlreadySo          | Accepted Processing  | Accepted Canceling | Accepted Canceling | Accepted Canceling | Accepted Initializing | Accepted Discarded | Refused            | Accepted Paused
        Canceling    | Refused            | Refused              | AlreadySo          | AlreadySo          | AlreadySo          | Refused               | Refused            | Accepted Discarded | Refused
        Canceled     | Refused            | Refused              | Refused            | Refused            | Refused            | Refused               | Refused            | Refused            | Refused
        Failed       | Refused            | Accepted Processing  | Accepted Canceling | Accepted Canceling | Accepted Canceling | Accepted Initializing | Accepted Discarded | Refused            | Accepted Failed
        Completed    | Refused            | Refused              | Refused            | Refused            | Refused            | Refused               | Refused            | Refused            | Refused
        Discarded    | Refused            | Refused              | Refused            | Refused            | Refused            | Refused               | Refused            | Refused            | Refused
        """;

    public static TheoryData<string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string>();
        var rows = Table.Split('\n').Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray()).ToArray();
        foreach (var row in rows.Skip(1))
            for (var column = 1; column < row.Length; column++)
                cells.Add(row[0], rows[0][column], row[column]);
        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Command_in_a_state_is_answered_as_the_table_says(string state, string command, string expected)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        var words = expected.Split(' ');
        var outcome = Enum.Parse<CommandOutcome>(words[0]);
        var stateAfter = words.Length > 1 ? words[1] : state;

        var row = await job.RowAsync();
        var foretold = CommandTable.Answer(OperationOf(command), state, row.Intent, row.Mode, isDeleted: false);

        var answer = await GiveAsync(job, command);

        Assert.Equal(foretold, (answer.Outcome, answer.Rule));
        Assert.Equal((outcome, stateAfter), (answer.Outcome, answer.State));
        Assert.Equal(stateAfter, (await job.RowAsync()).CurrentState);
        if (command != "rate") Assert.Equal(outcome == CommandOutcome.Refused ? CommandTable.AcceptedIn(state) : [], answer.WouldAccept);
        var recorded = await bench.ReadAsync(db => db.Set<JobCommand>().Where(row => row.JobId == job.Id).OrderByDescending(row => row.CommandId).FirstAsync());
        Assert.Equal((state, outcome, "tester"), (recorded.StateBefore, recorded.Outcome, recorded.Actor));
    }

    [Fact]
    public async Task Commands_that_a_refusal_names_are_those_that_the_table_accepts()
    {
        var accepted = Cells().Select(cell => ((string)cell[0], ((string)cell[1]).Split(' ')[0], (string)cell[2]))
            .Where(cell => cell.Item3.StartsWith("Accepted", StringComparison.Ordinal))
            .GroupBy(cell => cell.Item1, cell => OperationOf(cell.Item2).ToString(), StringComparer.Ordinal);
        foreach (var state in accepted)
            Assert.Equal(state.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), CommandTable.AcceptedIn(state.Key).Order(StringComparer.Ordinal).Except(state.Key == "Canceling" ? ["CancelJob"] : []));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Command_on_a_job_that_is_not_there_is_refused()
    {
        var answer = await bench.AskAsync(new PauseJob { JobId = Guid.NewGuid(), Actor = "tester" });
        Assert.Equal((CommandOutcome.Refused, "Missing"), (answer.Outcome, answer.State));
    }

    static Operation OperationOf(string command) => command switch
    {
        "cancel pause-first" => Operation.PauseAndCancelJob,
        "cancel force" => Operation.ForceCancelJob,
        "rate" => Operation.SetJobRate,
        _ => Enum.Parse<Operation>($"{command}Job", ignoreCase: true),
    };

    // The saga takes no part in it: it changes no state.
    async Task<CommandAnswered> SetRateAsync(SagaJob job)
    {
        await using var source = NpgsqlDataSource.Create(bench.ConnectionString);
        using var rooms = new CallRooms();
        var order = new JobOrder(Operation.SetJobRate, "tester", Reason: null, DateTimeOffset.UnixEpoch) { MaxRowsPerSecond = 7 };
        return await new JobRates(new CoordinatorState(source), rooms).SetAsync(job.Id, 7, Guid.NewGuid(), order, default);
    }

    Task<CommandAnswered> GiveAsync(SagaJob job, string command) => command switch
    {
        "pause" => job.PauseAsync(),
        "resume" => job.ResumeAsync(),
        "cancel" => job.CancelAsync(),
        "cancel pause-first" => job.CancelAsync(pauseFirst: true),
        "cancel force" => job.CancelAsync(CancelMode.Force),
        "restart" => job.RestartAsync(),
        "discard" => job.DiscardAsync(),
        "abandon" => job.AbandonAsync(),
        "rate" => SetRateAsync(job),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
    };
}

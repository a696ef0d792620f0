using Headgate.Contracts.Jobs;
using Headgate.Tests.Servers;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>What every bad day needs: an installation, a way to ask it for runs, and a look at what an operator sees.</summary>
public sealed class BadDay(Installation headgate, OperatorBus bus) : IAsyncDisposable
{
    public Installation Headgate => headgate;

    public static async Task<BadDay> PrepareAsync(Action<Dictionary<string, string>>? configure = null, OwnServers? servers = null)
    {
        var headgate = await Installation.StartAsync(configure, servers);
        return new BadDay(headgate, await OperatorBus.ConnectAsync(headgate.Broker.AmqpUri));
    }

    /// <summary>A table of about so many megabytes at the source, an empty one at the destination, and a pipeline from one to the other.</summary>
    public async Task<string> PipelineAsync(
        string table, int megabytes, string source = "env:TEST_SOURCE", string destination = "env:TEST_DESTINATION", string more = "")
    {
        var shape = $"create table {table} (id int primary key, v text)";
        await headgate.Source.ExecuteAsync(
            $"{shape}; insert into {table} select n, repeat(md5(n::text), 31) from generate_series(1, {megabytes * 1000}) n");
        await headgate.Destination.ExecuteAsync(shape);
        return await ApplyAsync(table, source, destination, more);
    }

    public async Task<string> ApplyAsync(string table, string source = "env:TEST_SOURCE", string destination = "env:TEST_DESTINATION", string more = "")
    {
        var name = table.Replace('_', '-');
        await headgate.ApplyAsync(Pipelines.Of(name, Pipelines.Object(table), more)
            .Replace("env:TEST_SOURCE", source, StringComparison.Ordinal).Replace("env:TEST_DESTINATION", destination, StringComparison.Ordinal));
        return name;
    }

    public Task<Guid> RunAsync(string pipeline) => bus.SendRunAsync(pipeline);

    public async Task ResumeAsync(Guid job)
    {
        var answer = await bus.CommandAsync(new ResumeJob { JobId = job, Actor = "test" }, TimeSpan.FromSeconds(30));
        Assert.True(answer is { Outcome: CommandOutcome.Accepted }, answer?.Sentence ?? "no answer came");
    }

    /// <summary>Waits until the job says what it waits for, in a sentence with all of the words, and is neither failed nor done.</summary>
    public async Task<string> WaitsForAsync(Guid job, params string[] words)
    {
        var seen = "";
        await Installation.EventuallyAsync(
            async () =>
            {
                seen = await headgate.State.ScalarAsync<string>(
                    $"select concat_ws(': ', state, waiting_for, error) from coordinator.sync_job where job_id = '{job}'") ?? "";
                var isOver = seen.StartsWith("Failed", StringComparison.Ordinal) || seen.StartsWith("Completed", StringComparison.Ordinal);
                Assert.False(isOver, $"{seen}\n{headgate.Output}");
                return Array.TrueForAll(words, word => seen.Contains(word, StringComparison.OrdinalIgnoreCase));
            },
            () => Task.FromResult($"the job says \"{seen}\" and not {string.Join(", ", words)}\n{headgate.Output}"));
        return seen;
    }

    /// <summary>Waits until the job has failed with a sentence that has all of the words.</summary>
    public async Task FailsAsync(Guid job, params string[] words)
    {
        var error = await headgate.StateAsync(job, "Failed", "Completed");
        Assert.NotNull(error);
        Assert.All(words, word => Assert.Contains(word, error, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Waits until the job has completed: destination equals source, ledger and change log are exact.</summary>
    public async Task ExactAsync(Guid job, string table)
    {
        await headgate.CompleteAsync(job);
        await headgate.EqualAsync(table);
        await headgate.LedgerExactAsync(job);
        await headgate.InsertsLoggedAsync(job, table);
    }

    public async ValueTask DisposeAsync()
    {
        await bus.DisposeAsync();
        await headgate.DisposeAsync();
    }
}

using System.Diagnostics;
using Npgsql;

namespace Headgate.Integration.Tests.Examples;

/// <summary>examples/recovery as it stands there, against a whole Headgate of its own.</summary>
public sealed class RecoveryExampleTests
{
    [Fact]
    public async Task Story_ends_with_every_step_done_and_the_destination_as_the_source_is()
    {
        var headgate = await Installation.StartAsync(environment =>
        {
            environment["CRM_SOURCE"] = environment["TEST_SOURCE"];
            environment["CRM_DESTINATION"] = environment["TEST_DESTINATION"];
        });
        await using var disposed = headgate;
        var (program, start) = await headgate.CommandAsync();
        var script = start(Path.Combine(Repository.Root, "examples", "recovery", "run.sh"), []);
        script.Environment["HEADGATE"] = program;
        script.Environment["SOURCE"] = ForPsql(headgate.Source.ConnectionString);
        script.Environment["DESTINATION"] = ForPsql(headgate.Destination.ConnectionString);

        using var process = Process.Start(script)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, $"{process.ExitCode}\n{await output}\n{await errors}\n{headgate.Output}");
    }

    // As libpq takes it.
    static string ForPsql(string connectionString)
    {
        var login = new NpgsqlConnectionStringBuilder(connectionString);
        return $"host={login.Host} port={login.Port} user={login.Username} password={login.Password} dbname={login.Database}";
    }
}

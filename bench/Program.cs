using System.CommandLine;
using Headgate.Bench;
using Headgate.PrivateServers;

try
{
    // Servers and services are stopped and their files deleted within this time after Ctrl-C.
    return await BenchCommand.Create().Parse(args).InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("headgate: stopped; servers, services and files are gone.");
    return 130;
}
catch (Exception error) when (error is BenchException or MissingServerException or ServerStartException)
{
    await Console.Error.WriteLineAsync($"headgate: {error.Message}");
    return 1;
}
catch (Exception error)
{
    // Without a handler the process would end before anything is stopped and deleted.
    await Console.Error.WriteLineAsync($"headgate: {error}");
    return 1;
}

using System.CommandLine;
using Headgate.Bench;
using Headgate.Bench.Calls;
using Headgate.PrivateServers;

switch (args)
{
    // Servers and clients of calls that the benchmark starts as processes of their own.
    case [CallServer.Verb, var composition, var content]: return await CallServer.RunAsync(Enum.Parse<CallComposition>(composition), content == CallServers.Streams);
    case [CallLoad.Verb, var what]: return await CallLoad.RunAsync(what);
}

var parsed = BenchCommand.Create().Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"headgate: {error.Message}");
    return 2;
}

try
{
    // Servers and services are stopped and their files deleted within this time after Ctrl-C.
    return await parsed.InvokeAsync(
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

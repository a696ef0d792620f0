using System.CommandLine;
using Headgate.PrivateServers;
using Headgate.Standalone.Demo;

var directory = new Option<string>("--directory") { Description = "Where the private servers keep their data.", DefaultValueFactory = _ => ".headgate" };

var demo = new Command("demo", "Sync 80,000 contacts and 250,000 orders between two private databases, in one process.") { directory };
demo.SetAction((parsed, stop) => DemoRun.RunAsync(parsed.GetValue(directory)!, stop));

var start = new Command("start", "Start private PostgreSQL and RabbitMQ servers that outlive this process.") { directory };
start.SetAction(async (parsed, stop) => Console.WriteLine(await ServersCommand.StartAsync(parsed.GetValue(directory)!, stop)));

var stopServers = new Command("stop", "Stop them.") { directory };
stopServers.SetAction(async (parsed, _) => Console.WriteLine(string.Join(", ", await ServersCommand.StopAsync(parsed.GetValue(directory)!))));

var root = new RootCommand("Headgate in one process.") { demo, new Command("servers", "Private servers for ./headgate up.") { start, stopServers } };
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is MissingServerException or ServerStartException or DemoFailedException)
{
    await Console.Error.WriteLineAsync($"headgate: {error.Message}");
    return 1;
}

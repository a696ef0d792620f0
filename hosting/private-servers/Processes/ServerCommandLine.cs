using System.Diagnostics;

namespace Headgate.PrivateServers.Processes;

/// <summary>How a server or a tool of it is started: in its own session, with a clean environment, as its account.</summary>
internal sealed record ServerCommandLine
{
    /// <summary>The output goes to a file, not to a pipe: a pipe would die with us, or keep our own reader waiting.</summary>
    private const string Redirect = """umask 077; exec "$@" >>"$HEADGATE_LOG" 2>&1 </dev/null""";

    public required string Program { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public required string WorkingDirectory { get; init; }

    public required string LogFile { get; init; }

    public Account? Account { get; init; }

    /// <summary>Signal at the death of the process that started it (INT, KILL). Null: it survives.</summary>
    public string? ParentDeathSignal { get; init; }

    /// <summary>Every program of the chain replaces itself by the next, so the number is the server's own.</summary>
    public async Task<ProcessIdentity> StartAsync()
    {
        using var process = await Spawner.StartAsync(ToStartInfo());
        return ProcessIdentity.Of(process.Id) ?? new ProcessIdentity(process.Id, 0);
    }

    /// <summary>Runs a tool to its end and returns its exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var process = await Spawner.StartAsync(ToStartInfo());
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    private ProcessStartInfo ToStartInfo()
    {
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = WorkingDirectory };
        foreach (var part in (IEnumerable<string>)[.. Privileges(), "sh", "-c", Redirect, "sh", Program, .. Arguments])
            start.ArgumentList.Add(part);
        start.Environment.Clear();
        start.Environment["PATH"] = System.Environment.GetEnvironmentVariable("PATH");
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["HEADGATE_LOG"] = LogFile;
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }

    private List<string> Privileges()
    {
        var options = new List<string>();
        if (Account is not null)
            options.AddRange(["--reuid", $"{Account.UserId}", "--regid", $"{Account.GroupId}", "--init-groups"]);
        if (ParentDeathSignal is not null)
            options.AddRange(["--pdeathsig", ParentDeathSignal]);
        return options.Count == 0 ? [] : ["setpriv", .. options, "--"];
    }
}

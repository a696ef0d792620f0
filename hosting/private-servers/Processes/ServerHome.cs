namespace Headgate.PrivateServers.Processes;

/// <summary>
/// The part of a server's directory that belongs to the account it runs under. State file and credentials stay outside.
/// </summary>
internal static class ServerHome
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static async Task<string> PrepareAsync(string directory, Account? account, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory, account is null ? Own : Passable);
        var home = Path.Combine(directory, "home");
        if (Directory.Exists(home))
            return Resolve(home);
        if (new FileInfo(home).LinkTarget is not null)
            File.Delete(home);

        Directory.CreateDirectory(home, Own);
        Posix.GiveTo(account, home);
        if (account is null || await CanEnterAsync(account, home, cancellationToken))
            return home;

        Directory.Delete(home);
        var elsewhere = Directory.CreateTempSubdirectory("headgate-").FullName;
        Posix.GiveTo(account, elsewhere);
        Directory.CreateSymbolicLink(home, elsewhere);
        return elsewhere;
    }

    private static string Resolve(string home) => new DirectoryInfo(home).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? home;

    private static async Task<bool> CanEnterAsync(Account account, string home, CancellationToken cancellationToken)
    {
        var probe = new ServerCommandLine
        {
            Program = "sh",
            Arguments = ["-c", "cd \"$1\"", "sh", home],
            WorkingDirectory = "/",
            LogFile = "/dev/null",
            Account = account,
        };
        return await probe.RunAsync(cancellationToken) == 0;
    }
}

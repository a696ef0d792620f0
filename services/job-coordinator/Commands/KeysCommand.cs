using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Access;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Errors;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Database;
using Headgate.V1;

namespace Headgate.JobCoordinator.Commands;

/// <summary>
/// Makes an API key by the state database alone: the first one, or one for somebody who has lost theirs. The secret goes to standard output,
/// all else to standard error.
/// </summary>
static class KeysCommand
{
    const string Method = "keys create";

    public static async Task<int> CreateAsync(NewKey key, TextWriter output, TextWriter remarks, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddEnvironmentVariables();
        builder.Services.AddLogging();
        builder.AddJobCoordinator(ServiceSettings.Read(builder.Configuration));
        builder.AddApiKeys();
        builder.Services.AddSingleton<AuditTrail>();
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        var code = await CreateAsync(host.Services, key, output, remarks, cancellationToken);
        await host.StopAsync(CancellationToken.None);
        return code;
    }

    internal static async Task<int> CreateAsync(
        IServiceProvider services, NewKey key, TextWriter output, TextWriter remarks, CancellationToken cancellationToken)
    {
        var problems = key.Problems(services.GetRequiredService<TimeProvider>().GetUtcNow()).ToList();
        var secret = KeySecret.New();
        try
        {
            if (problems.Count == 0 && !await AddAsync(services, key, secret, ShowAsync, cancellationToken))
                problems.Add(("name", $"There is another key {key.Name} that is neither revoked nor expired."));
        }
        catch (IOException error)
        {
            problems.Add(("secret", $"It could not be written, and no key was made: {error.Message}"));
        }

        foreach (var (field, problem) in problems) await remarks.WriteLineAsync($"error: {field}: {problem}");
        return problems.Count > 0 ? 1 : 0;

        async Task ShowAsync()
        {
            await remarks.WriteLineAsync(
                $"{key.Name} has role {AccessErrors.Shown(key.Role)} in {(key.Project is { } project ? $"project {project}" : "all projects")}. Its secret is shown this once:");
            await output.WriteLineAsync(secret.Reveal());
            await output.FlushAsync(CancellationToken.None);
        }
    }

    /// <param name="services">The coordinator's.</param>
    /// <param name="key">What is added.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="show">Gives the secret away, before the key is there: one whose secret nobody has is not made.</param>
    /// <param name="cancellationToken">Ends it.</param>
    static async Task<bool> AddAsync(
        IServiceProvider services, NewKey key, KeySecret secret, Func<Task> show, CancellationToken cancellationToken)
    {
        var call = new AuditedCall
        {
            Caller = new Caller { Name = KeyTable.Host, Role = Role.Admin },
            Method = Method,
            Project = key.Project,
            Subject = $"API key {key.Name}",
            Reason = $"On the coordinator's host, by {Environment.UserName}.",
        };
        var trail = services.GetRequiredService<AuditTrail>();
        await trail.BeginAsync(call);
        await using var connection = await services.GetRequiredService<CoordinatorState>().Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isAdded = await services.GetRequiredService<KeyTable>().AddAsync(connection, key, secret, cancellationToken) is not null;
        try
        {
            if (isAdded) await show();
        }
        catch (IOException)
        {
            await trail.EndAsync(call, Grpc.Core.StatusCode.Aborted, "Its secret could not be written.");
            throw;
        }

        await transaction.CommitAsync(CancellationToken.None);
        await trail.EndAsync(call, isAdded ? Grpc.Core.StatusCode.OK : Grpc.Core.StatusCode.InvalidArgument, sentence: null);
        return isAdded;
    }
}

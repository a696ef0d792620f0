using System.Net;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Access;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Database;
using Headgate.Tests.Servers;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>A real server on a real database, with whatever services a test maps, behind the coordinator's access.</summary>
sealed class AccessServer : IAsyncDisposable
{
    static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    readonly TestDatabase _database;
    readonly WebApplication _application;
    readonly GrpcChannel _channel;

    AccessServer(TestDatabase database, WebApplication application, LogLines log)
    {
        (_database, _application, Log) = (database, application, log);
        _channel = GrpcChannel.ForAddress(application.Urls.Single());
    }

    public LogLines Log { get; }

    public IServiceProvider Services => _application.Services;

    public TestDatabase Database => _database;

    public string Address => _application.Urls.Single();

    public static async Task<AccessServer> StartAsync(
        Action<WebApplication> map, Action<AccessOptions>? options = null, Action<IServiceCollection>? services = null)
    {
        var database = await TestDatabase.CreateAsync("access");
        var (application, log) = Build(database.ConnectionString, map, options, services);
        await application.StartAsync();
        return new AccessServer(database, application, log);
    }

    /// <summary>A server that is not started.</summary>
    public static (WebApplication Application, LogLines Log) Build(
        string connectionString, Action<WebApplication> map, Action<AccessOptions>? options = null, Action<IServiceCollection>? services = null)
    {
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.AddJobCoordinator(new ServiceSettings { State = connectionString, Staging = "" });
        builder.AddCoordinatorAccess();
        // Tests send more wrong keys than an attacker may, unless they are about just that.
        builder.Services.Configure<AccessOptions>(access => (access.WrongKeysPerPeer, access.WrongKeysInTotal) = (100_000, 100_000));
        if (options is not null) builder.Services.Configure(options);
        services?.Invoke(builder.Services);
        var application = builder.Build();
        map(application);
        return (application, log);
    }

    public CallInvoker As(string? secret) => secret is null ? _channel.CreateCallInvoker() : _channel.CreateCallInvoker().With(secret);

    /// <summary>A key that was made by the table: its secret, and its id.</summary>
    public async Task<(string Secret, Guid Id)> KeyAsync(Role role, string? project, string? name = null, DateTimeOffset? expires = null)
    {
        var secret = KeySecret.New();
        var key = new NewKey { Name = name ?? $"k{Guid.NewGuid():N}", Role = role, Project = project, Expires = expires, CreatedBy = KeyTable.Host };
        await using var connection = await Services.GetRequiredService<CoordinatorState>().Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var made = await Services.GetRequiredService<KeyTable>().AddAsync(connection, key, secret, default);
        await transaction.CommitAsync();
        return (secret.Reveal(), Guid.Parse(made!.Id));
    }

    /// <summary>Makes a call of any method; of one that streams its answers, until it ends.</summary>
    public async Task<RpcException?> CallAsync(MethodDescriptor method, IMessage request, string? secret, string? callId = null)
    {
        var type = method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var call = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, Raw, Raw);
        var options = new CallOptions(callId is null ? [] : new Metadata { { ReachedCalls.Header, callId } }, DateTime.MaxValue);
        try
        {
            if (type == MethodType.Unary)
            {
                using var unary = As(secret).AsyncUnaryCall(call, null, options, request.ToByteArray());
                await unary;
            }
            else
            {
                using var stream = As(secret).AsyncServerStreamingCall(call, null, options, request.ToByteArray());
                while (await stream.ResponseStream.MoveNext(default)) { }
            }

            return null;
        }
        catch (RpcException error)
        {
            return error;
        }
    }

    public Task<List<string[]>> RowsAsync(string sql) => RowsAsync(_database.DataSource, sql);

    static async Task<List<string[]>> RowsAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? "" : reader.GetValue(column).ToString()!)]);
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        await _database.DisposeAsync();
    }
}

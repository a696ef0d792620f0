using Headgate.PrivateServers;

namespace Headgate.Tests.Servers;

/// <summary>The PostgreSQL of this test process.</summary>
/// <param name="ConnectionString">Npgsql connection string of a superuser.</param>
/// <param name="Private">The server, when it is ours to stop and kill; null when HEADGATE_TEST_PG named it.</param>
public sealed record PostgresServer(string ConnectionString, PrivatePostgres? Private);

namespace Headgate.Integration.Tests.Examples;

/// <summary>A whole Headgate with the pipeline of the examples, and the environment that they expect.</summary>
public sealed class ExampleFixture : IAsyncLifetime
{
    const string Contacts =
        """
        apiVersion: headgate/v1
        kind: Pipeline
        metadata: { project: crm, name: contacts }
        spec:
          source: { postgres: { connection: env:TEST_SOURCE } }
          destination: { postgres: { connection: env:TEST_DESTINATION } }
          objects:
            - { from: public.contacts, to: public.contacts, key: [id] }
        """;

    public Installation Installation { get; private set; } = null!;

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        Installation = await Installation.StartAsync();
        await Installation.Source.ExecuteAsync("create table contacts (id int primary key, email text); insert into contacts select n, n || '@example.com' from generate_series(1, 5000) n");
        await Installation.ApplyAsync(Contacts);
        var key = Path.Combine(Installation.Staging, "key");
        await File.WriteAllTextAsync(key, await Installation.KeyAsync());
        Environment["HEADGATE_SERVER"] = Installation.Coordinator.Address.ToString().TrimEnd('/');
        Environment["HEADGATE_KEY_FILE"] = key;
    }

    public Task DisposeAsync() => Installation.DisposeAsync().AsTask();
}

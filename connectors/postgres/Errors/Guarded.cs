namespace Headgate.Connectors.Postgres.Errors;

/// <summary>Lets nothing out but a <see cref="ConnectorException"/> or a cancellation.</summary>
static class Guarded
{
    public static async Task<T> RunAsync<T>(string subject, Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception e) when (e is not (ConnectorException or OperationCanceledException))
        {
            throw PostgresProblem.From(e, subject);
        }
    }

    public static Task RunAsync(string subject, Func<Task> step) => RunAsync(subject, async () =>
    {
        await step();
        return true;
    });
}

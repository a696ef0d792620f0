using MassTransit;

namespace Headgate.Hosting.Bus;

/// <summary>Questions over the bus, which are answered within their time whatever becomes of the broker.</summary>
public static class BusQuestions
{
    // To begin with one blocks its thread while the broker is away, as MassTransit waits for the queue of answers: few may do so at a time.
    static readonly SemaphoreSlim Beginning = new(16);

    /// <param name="bus">The bus.</param>
    /// <param name="lane">Whose consumer answers.</param>
    /// <param name="question">The message.</param>
    /// <param name="patience">How long the answer may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="messageId">Of the message; null: a new one.</param>
    /// <exception cref="RequestTimeoutException">It took longer; the message may still arrive.</exception>
    /// <exception cref="RequestFaultException">The consumer has failed.</exception>
    public static async Task<TAnswer> AskAsync<TQuestion, TAnswer>(
        this IBus bus, string lane, TQuestion question, TimeSpan patience, CancellationToken cancellationToken, Guid? messageId = null)
        where TQuestion : class
        where TAnswer : class
    {
        using var late = new CancellationTokenSource(patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var end = either.Token;
        try
        {
            await Beginning.WaitAsync(end);
            return (await Task.Run(Begin, CancellationToken.None).WaitAsync(end)).Message;
        }
        catch (Exception error) when (error is OperationCanceledException or RequestException && end.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new RequestTimeoutException(typeof(TQuestion).Name, error);
        }

        Task<Response<TAnswer>> Begin()
        {
            try
            {
                return bus.CreateRequestClient<TQuestion>(Lanes.Address(lane), patience).GetResponse<TAnswer>(question, WithId, end);
            }
            finally
            {
                Beginning.Release();
            }
        }

        void WithId(IRequestPipeConfigurator<TQuestion> send)
        {
            if (messageId is { } id) send.UseExecute(context => context.MessageId = id);
        }
    }
}

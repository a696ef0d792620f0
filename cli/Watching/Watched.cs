using Headgate.Cli.Calls;

namespace Headgate.Cli.Watching;

/// <summary>Reads a stream until its end, until enough is seen, or until a person who pressed Ctrl-C says so.</summary>
static class Watched
{
    /// <param name="session">Whose Ctrl-C it is.</param>
    /// <param name="stream">What is watched.</param>
    /// <param name="show">False: enough is seen.</param>
    /// <param name="goOn">Asked after Ctrl-C, where somebody can be; false: leave.</param>
    /// <param name="redraw">Shows again what the question has taken away.</param>
    /// <returns>False: it was left.</returns>
    public static async Task<bool> ReadAsync<T>(Session session, ResumableStream<T> stream, Func<T, bool> show, Func<Task<bool>> goOn, Action redraw)
        where T : class
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(session.Stop);
        var responses = stream.ReadAsync(end.Token).GetAsyncEnumerator(end.Token);
        var next = responses.MoveNextAsync().AsTask();
        try
        {
            var interrupt = session.CanAsk ? session.Interrupts.NextAsync() : new TaskCompletionSource().Task;
            while (true)
            {
                if (await Task.WhenAny(next, interrupt) == interrupt)
                {
                    if (!await goOn()) return false;
                    interrupt = session.Interrupts.NextAsync();
                    // Only now: whoever sees it may press Ctrl-C again, and is asked again.
                    redraw();
                    continue;
                }

                if (!await next || !show(responses.Current)) return true;
                next = responses.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            session.Interrupts.Unheard();
            await end.CancelAsync();
            await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await responses.DisposeAsync();
        }
    }
}

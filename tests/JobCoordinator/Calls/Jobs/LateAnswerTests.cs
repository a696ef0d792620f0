using System.Collections.Concurrent;
using System.Threading.Channels;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.Tests.Servers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>Answers that come when nobody waits for them any more, on a real broker.</summary>
public sealed class LateAnswerTests
{
    const string Asked = "headgate.test.asked";
    static readonly TimeSpan Much = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Answer_that_nobody_waits_for_is_dropped_and_the_next_question_is_answered()
    {
        await using var broker = await VirtualHost.CreateAsync("late");
        using var host = Asker(broker.AmqpUri);
        await host.StartAsync();
        var (bus, ear) = (host.Services.GetRequiredService<IBusControl>(), new Ear());
        bus.ConnectReceiveObserver(ear);

        // The queue of answers is there from the first question on.
        await AskAsync(bus);
        await ear.HeardAsync(Asked);
        await ear.HeardAsync(NameOf(bus.Address));
        await bus.SendTo(Asked, Answer(Guid.NewGuid()));
        await ear.HeardAsync(Asked);
        for (var time = 0; time < 2; time++)
        {
            await (await bus.GetSendEndpoint(bus.Address)).Send(Answer(Guid.NewGuid()));
            await ear.HeardAsync(NameOf(bus.Address));
        }

        // What a lane cannot handle is a defect, and kept.
        var putAside = (await broker.Management.ExchangesAsync(broker.Name)).Where(name => name.EndsWith("_skipped", StringComparison.Ordinal));
        Assert.Equal([$"{Asked}_skipped"], putAside);
        await AskAsync(bus);
        await host.StopAsync();
    }

    [Fact]
    public async Task Answer_behind_its_questions_time_is_dropped_too()
    {
        await using var broker = await VirtualHost.CreateAsync("late");
        var late = new SemaphoreSlim(0);
        using var host = Asker(broker.AmqpUri, late);
        await host.StartAsync();
        var (bus, ear) = (host.Services.GetRequiredService<IBusControl>(), new Ear());
        bus.ConnectReceiveObserver(ear);

        await AskAsync(bus);
        await ear.HeardAsync(NameOf(bus.Address));
        for (var time = 0; time < 2; time++)
        {
            await Assert.ThrowsAsync<RequestTimeoutException>(() => bus.AskAsync<ResumeJob, CommandAnswered>(
                Asked, new ResumeJob { JobId = Guid.NewGuid(), Actor = "tester" }, TimeSpan.FromMilliseconds(200), default));
            late.Release();
            await ear.HeardAsync(NameOf(bus.Address));
        }

        Assert.DoesNotContain(await broker.Management.ExchangesAsync(broker.Name), name => name.EndsWith("_skipped", StringComparison.Ordinal));
        await AskAsync(bus);
        await host.StopAsync();
    }

    static async Task AskAsync(IBus bus)
    {
        var job = Guid.NewGuid();
        var answer = await bus.AskAsync<PauseJob, CommandAnswered>(Asked, new PauseJob { JobId = job, Actor = "tester" }, Much, default);
        Assert.Equal(job, answer.JobId);
    }

    static IHost Asker(Uri broker, SemaphoreSlim? late = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddHeadgateBus(broker, bus => bus.AddLane(new Lane
        {
            Name = Asked,
            Concurrency = 1,
            Configure = (_, endpoint) =>
            {
                endpoint.Handler<PauseJob>(context => context.RespondAsync(Answer(context.Message.JobId)));
                if (late is null) return;
                endpoint.Handler<ResumeJob>(async context =>
                {
                    await late.WaitAsync();
                    await context.RespondAsync(Answer(context.Message.JobId));
                });
            },
        }));
        return builder.Build();
    }

    static string NameOf(Uri endpoint) => endpoint.Segments[^1];

    static CommandAnswered Answer(Guid job) => new() { JobId = job, Outcome = CommandOutcome.Accepted, State = "Pausing", Sentence = "said" };

    sealed class Ear : IReceiveObserver
    {
        readonly ConcurrentDictionary<string, Channel<bool>> _heard = new();

        public async Task HeardAsync(string queue) => await Of(queue).Reader.ReadAsync().AsTask().WaitAsync(Much);

        public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostReceive(ReceiveContext context)
        {
            Of(NameOf(context.InputAddress)).Writer.TryWrite(true);
            return Task.CompletedTask;
        }

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Task.CompletedTask;

        public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
            where T : class => Task.CompletedTask;

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;

        Channel<bool> Of(string queue) => _heard.GetOrAdd(queue, _ => Channel.CreateUnbounded<bool>());
    }
}

using Headgate.Contracts.Jobs;
using MassTransit;

namespace Headgate.IngestWorker.Rates;

/// <summary>Hears of rates that were set.</summary>
sealed class JobRateConsumer(JobRates rates) : IConsumer<JobRateChanged>
{
    public Task Consume(ConsumeContext<JobRateChanged> context)
    {
        rates.Change(context.Message);
        return Task.CompletedTask;
    }
}

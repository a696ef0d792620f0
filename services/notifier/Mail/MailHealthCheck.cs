using Headgate.Notifier.Outbox;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Headgate.Notifier.Mail;

/// <summary>Degraded while mails wait that cannot be sent. The notifier is ready all the same: it keeps them.</summary>
sealed class MailHealthCheck(OutboxTelemetry telemetry) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(telemetry.Trouble(Channel.Mail) is { } error
            ? HealthCheckResult.Degraded($"Mails wait: {error}")
            : HealthCheckResult.Healthy());
}

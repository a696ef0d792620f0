using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Access;

/// <summary>Keeps a server with settings that cannot hold from starting.</summary>
sealed class AccessOptionsCheck : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options) =>
        options.Problem is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
}

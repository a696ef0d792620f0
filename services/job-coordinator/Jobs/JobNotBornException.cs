namespace Headgate.JobCoordinator.Jobs;

/// <summary>A job that its pipeline is claimed for is not there yet.</summary>
public sealed class JobNotBornException : Exception
{
    /// <param name="job">The job.</param>
    public JobNotBornException(Guid job)
        : base($"Job {job} is on its way and not there yet.")
    {
    }

    public JobNotBornException()
    {
    }

    public JobNotBornException(string message)
        : base(message)
    {
    }

    public JobNotBornException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

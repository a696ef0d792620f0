namespace Headgate.JobCoordinator.Calls;

/// <summary>What jobs have written: all of it is <see cref="NotYet"/> there.</summary>
sealed class RecordCalls : V1.RecordService.RecordServiceBase;

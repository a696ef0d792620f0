namespace Headgate.Bench.Cases;

/// <summary>How long one stop took, in milliseconds from the request's arrival at the coordinator.</summary>
/// <param name="Confirmed">To the confirmation by the fence.</param>
/// <param name="LastWrite">To the job's last committed write; 0: nothing was committed after the request. Null while nothing is written yet.</param>
sealed record StopTime(double Confirmed, double? LastWrite);

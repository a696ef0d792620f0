namespace Headgate.IngestWorker.Extraction;

/// <summary>The job may move so few records now that the read is to be begun again, with fewer.</summary>
sealed class RecutException() : Exception("The read was cut for a higher rate.");

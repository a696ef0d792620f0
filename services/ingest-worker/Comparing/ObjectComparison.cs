using Headgate.Connectors;
using Headgate.Connectors.Comparing;
using Headgate.Contracts.Comparing;
using Headgate.IngestWorker.Staging;

namespace Headgate.IngestWorker.Comparing;

/// <summary>Feeds records of staged files to a comparison, and sets those apart that the destination could not even receive.</summary>
sealed class ObjectComparison(IComparison comparison)
{
    long _rejected;

    public async Task AddAsync(SegmentReader staged, long firstRow, int rows, CancellationToken cancellationToken)
    {
        try
        {
            await comparison.AddAsync(await staged.BatchAsync(firstRow, rows, cancellationToken), cancellationToken);
        }
        catch (Exception) when (staged.Failure is not null)
        {
            throw staged.Failure;
        }
        catch (ConnectorException error) when (error.Remedy is LoadRemedy.Halve)
        {
            if (rows == 1)
            {
                _rejected++;
                return;
            }

            await AddAsync(staged, firstRow, rows / 2, cancellationToken);
            await AddAsync(staged, firstRow + (rows / 2), rows - (rows / 2), cancellationToken);
        }
    }

    public async Task<ObjectFindings> FindAsync(CancellationToken cancellationToken)
    {
        var findings = await comparison.FindAsync(cancellationToken);
        return findings with { Rows = findings.Rows + _rejected, Rejected = _rejected };
    }
}

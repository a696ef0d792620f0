using Headgate.Connectors;
using Headgate.Connectors.Comparing;
using Headgate.Contracts.Comparing;
using Headgate.IngestWorker.Staging;

namespace Headgate.IngestWorker.Comparing;

/// <summary>Feeds records of staged files to a comparison, and sets those apart that the destination could not even receive.</summary>
sealed class ObjectComparison(IComparison comparison)
{
    const string ForeignKeyViolation = "23503";

    long _rejected;
    long _waiting;
    string? _unknown;

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

    /// <summary>
    /// The same, and tries the write of the records first: what the destination would reject is set apart. A record that refers to another one may
    /// come after it, and is no reject for that. Once it is not known of some records it is not tried with others.
    /// </summary>
    public async Task RehearseAsync(SegmentReader staged, long firstRow, int rows, CancellationToken cancellationToken)
    {
        try
        {
            _unknown ??= await comparison.RehearseAsync(await staged.BatchAsync(firstRow, rows, cancellationToken), cancellationToken);
        }
        catch (Exception) when (staged.Failure is not null)
        {
            throw staged.Failure;
        }
        catch (ConnectorException error) when (error.Remedy is LoadRemedy.Halve)
        {
            if (rows > 1)
            {
                await RehearseAsync(staged, firstRow, rows / 2, cancellationToken);
                await RehearseAsync(staged, firstRow + (rows / 2), rows - (rows / 2), cancellationToken);
                return;
            }

            if (error.Problem.SqlState != ForeignKeyViolation)
            {
                _rejected++;
                return;
            }

            _waiting++;
        }

        await AddAsync(staged, firstRow, rows, cancellationToken);
    }

    public async Task<ObjectFindings> FindAsync(CancellationToken cancellationToken)
    {
        var findings = await comparison.FindAsync(cancellationToken);
        var waiting = _waiting == 0 ? null : $"{_waiting} records refer to others that are not there now, and may be by the time they are written.";
        return findings with { Rows = findings.Rows + _rejected, Rejected = _rejected, RejectsUnknown = _unknown ?? waiting };
    }
}

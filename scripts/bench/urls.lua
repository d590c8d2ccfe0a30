-- wrk: asks for the paths of a file in turn, and says as JSON what came of it.

local requests = {}
local next = 0

function init(arguments)
   for path in io.lines(arguments[1]) do
      requests[#requests + 1] = wrk.format("GET", path)
   end
end

function request()
   next = next % #requests + 1
   return requests[next]
end

function done(summary)
   local errors = summary.errors
   local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format(
      'JSON {"requests": %d, "seconds": %.6f, "failures": %d}\n',
      summary.requests, summary.duration / 1e6, failures
   ))
end

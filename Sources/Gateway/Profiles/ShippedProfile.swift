/// The profiles that are always there.
///
/// Each is its file in `schemas/profiles`, byte for byte but for the last line break (a test
/// compares them): the program must not look for files of its own to know them.
package enum ShippedProfile: String, CaseIterable, Sendable {
  case zazmic, azen

  package var document: String {
    switch self {
    case .zazmic: Self.zazmicDocument
    case .azen: Self.azenDocument
    }
  }

  private static let zazmicDocument = #"""
    {
      "name": "zazmic",
      "keyPrefix": "zazmic",
      "credentials": [
        {"kind": "session"},
        {"kind": "bearer"}
      ],
      "operations": [
        {"name": "tasks.execute", "method": "POST", "path": "/api/tasks"},
        {"name": "tasks.list", "method": "GET", "path": "/api/tasks"}
      ],
      "public": [
        {"method": "OPTIONS"}
      ],
      "limits": [
        {
          "per": "user",
          "algorithm": "fixed-window",
          "requests": 10,
          "seconds": 60,
          "operation": "tasks.execute",
          "headers": true
        }
      ],
      "credits": {"tasks.execute": 1},
      "abuse": {"failures": 10, "windowSeconds": 600, "blockSeconds": 600},
      "tenant": {"header": "X-Organization-Id"},
      "answers": {
        "noCredential": {
          "status": 401,
          "headers": {
            "Content-Type": "application/json",
            "WWW-Authenticate": "Bearer realm=\"zazmic\""
          },
          "body": "{\"error\":\"Unauthorized\",\"message\":\"No authorization header \#
    provided\"}"
        },
        "badCredential": {
          "status": 401,
          "headers": {
            "Content-Type": "application/json",
            "WWW-Authenticate": "Bearer realm=\"zazmic\", error=\"invalid_token\""
          },
          "body": "{\"error\":\"Unauthorized\",\"message\":\"Invalid API key\"}"
        },
        "forbidden": {
          "status": 403,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"error\":\"Forbidden\",\"message\":\"Insufficient permissions\"}"
        },
        "noCredits": {
          "status": 403,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"error\":\"Forbidden\",\"message\":\"Insufficient balance. Please add \#
    credits to your account.\"}"
        },
        "limited": {
          "status": 429,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"error\":\"Rate limit exceeded\",\"message\":\"You have exceeded the \#
    rate limit of ${limit} requests per ${unit}\"}"
        },
        "blocked": {
          "status": 429,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"error\":\"Too Many Requests\",\"message\":\"Account temporarily \#
    blocked due to repeated task failures\"}"
        },
        "unavailable": {
          "status": 503,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"error\":\"Service Unavailable\",\"message\":\"The request could not be \#
    recorded\"}"
        }
      }
    }
    """#

  private static let azenDocument = #"""
    {
      "name": "azen",
      "keyPrefix": "azen",
      "credentials": [
        {"kind": "session"},
        {"kind": "header", "name": "azen-api-key"}
      ],
      "operations": [
        {"name": "memory.create", "method": "POST", "path": "/api/v1/memory"}
      ],
      "public": [
        {"method": "OPTIONS"}
      ],
      "limits": [
        {"per": "key", "algorithm": "token-bucket", "requests": 60, "seconds": 60, "custom": \#
    true}
      ],
      "tenant": {"header": "X-Organization-Id"},
      "answers": {
        "noCredential": {
          "status": 401,
          "headers": {
            "Content-Type": "application/json",
            "WWW-Authenticate": "ApiKey realm=\"azen\""
          },
          "body": "{\"status\":\"unauthorized\",\"message\":\"no api key\",\"code\":401}"
        },
        "badCredential": {
          "status": 403,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"status\":\"forbidden\",\"message\":\"Invalid API key\",\"code\":403}"
        },
        "forbidden": {
          "status": 403,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"status\":\"forbidden\",\"message\":\"Invalid API key\",\"code\":403}"
        },
        "limited": {
          "status": 429,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"status\":\"rate_limited\",\"message\":\"Rate limit exceeded for this \#
    API key\",\"code\":429}"
        },
        "unavailable": {
          "status": 503,
          "headers": {"Content-Type": "application/json"},
          "body": "{\"status\":\"unavailable\",\"message\":\"The request could not be \#
    recorded\",\"code\":503}"
        }
      }
    }
    """#
}

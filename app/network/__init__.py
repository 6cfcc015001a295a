"""Who represents us where, to whom, and what they look after: assembled from posts, engagements and promises."""

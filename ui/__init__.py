"""The page: Streamlit, speaking HTTP to the search service and importing nothing of ours."""
